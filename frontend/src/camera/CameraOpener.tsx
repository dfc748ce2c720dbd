import { FileButton } from "@mantine/core";
import { lazy, Suspense, useState, type ReactNode } from "react";
import type { OnPhoto } from "./take_photo";
import { hasCamera } from "./useCamera";

const CameraDialog = lazy(() => import("./CameraDialog"));

/**
 * What a button does that takes photos: it opens the camera's picture, or where a page can't have
 * it, the phone's own camera.
 */
export function CameraOpener({
  accept,
  onPhoto,
  children,
}: {
  accept: string;
  onPhoto: OnPhoto;
  children: (props: { onClick: () => void }) => ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  if (!hasCamera()) {
    return (
      <FileButton accept={accept} capture="environment" onChange={(file) => file && onPhoto(file)}>
        {children}
      </FileButton>
    );
  }
  return (
    <>
      {children({ onClick: () => setIsOpen(true) })}
      {isOpen && (
        <Suspense>
          <CameraDialog accept={accept} onPhoto={onPhoto} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
