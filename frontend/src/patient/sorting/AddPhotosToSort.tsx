import "@mantine/dropzone/styles.layer.css";
import { Button, FileButton, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconPhotoPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { ACCEPTED, MAX_BYTES } from "@/uploads/accepted";
import { useAddPhotos } from "@/uploads/useAddPhotos";
import { useUploads } from "@/uploads/useUploads";

/** Takes several photos of a patient, by a press or a drop anywhere, and has them sorted. */
export function AddPhotosToSort({ patientId }: { patientId: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { add, refuse } = useAddPhotos(patientId, null, { isSorting: true });
  const waiting = useUploads().filter(
    (upload) => upload.patientId === patientId && upload.isSorting,
  ).length;
  const take = (files: File[]) => {
    refuse(files.filter(({ size }) => size > MAX_BYTES).map((file) => ({ file, errors: [] })));
    const usable = files.filter(({ size }) => size <= MAX_BYTES);
    add(usable);
    if (usable.length > 0) void navigate(`/patient/${patientId}?sort`);
  };
  return (
    <>
      {waiting > 0 && (
        <Button
          variant="light"
          mih={44}
          onClick={() => void navigate(`/patient/${patientId}?sort`)}
        >
          {t("sorting.continue", { count: waiting })}
        </Button>
      )}
      <FileButton multiple accept={Object.keys(ACCEPTED).join(",")} onChange={take}>
        {(props) => (
          <Button
            {...props}
            variant="default"
            leftSection={<IconPhotoPlus size={18} aria-hidden />}
          >
            {t("patient.upload.add")}
          </Button>
        )}
      </FileButton>
      <Dropzone.FullScreen
        active
        onDrop={take}
        onReject={refuse}
        accept={ACCEPTED}
        maxSize={MAX_BYTES}
        inputProps={{ "aria-hidden": true }}
      >
        <Text fw={500} ta="center" mt="30vh">
          {t("sorting.dropHere")}
        </Text>
      </Dropzone.FullScreen>
    </>
  );
}
