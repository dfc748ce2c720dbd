import { Image, Skeleton } from "@mantine/core";
import { usePicture } from "@/api/useBytes";

/** A photo's thumbnail. */
export function Thumbnail({
  imageId,
  name,
  size = 96,
}: {
  imageId: string;
  name: string;
  size?: number;
}) {
  const { url } = usePicture(`/api/images/${imageId}/thumbnail`);
  if (!url) return <Skeleton w={size} h={size} />;
  return <Image src={url} alt={name} w={size} h={size} radius="sm" fit="cover" />;
}
