import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { ReasonDialog } from "../releases/ReasonDialog";

interface Props {
  version: string;
  onClose: () => void;
}

/** Agrees that somebody else may release a version. */
export function ApproveDialog({ version, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ReasonDialog
      title={t("admin.models.shelf.approveTitle", { version })}
      text={t("admin.models.shelf.approveText")}
      submit={t("admin.models.shelf.approve")}
      change={(why) =>
        unwrap(
          api.POST("/admin/models/{version}/approve", {
            params: { path: { version } },
            body: { why },
          }),
        )
      }
      done={() => t("admin.models.shelf.approved", { version })}
      onClose={onClose}
    />
  );
}

/** Takes a version out of use; it stays in the store. */
export function RetireDialog({ version, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ReasonDialog
      title={t("admin.models.shelf.retireTitle", { version })}
      text={t("admin.models.shelf.retireText")}
      submit={t("admin.models.shelf.retire")}
      change={(why) =>
        unwrap(
          api.POST("/admin/models/{version}/retire", {
            params: { path: { version } },
            body: { why },
          }),
        )
      }
      done={() => t("admin.models.shelf.retiredDone", { version })}
      onClose={onClose}
    />
  );
}

/** Lets a retired version be used again. */
export function Reinstate({ version }: { version: string }) {
  const { t } = useTranslation();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        aria-label={t("admin.models.shelf.reinstateOf", { version })}
        onClick={() => setIsAsking(true)}
      >
        {t("admin.models.shelf.reinstate")}
      </Button>
      {isAsking && (
        <ReasonDialog
          title={t("admin.models.shelf.reinstateTitle", { version })}
          text={t("admin.models.shelf.reinstateText")}
          submit={t("admin.models.shelf.reinstate")}
          change={(why) =>
            unwrap(
              api.POST("/admin/models/{version}/reinstate", {
                params: { path: { version } },
                body: { why },
              }),
            )
          }
          done={() => t("admin.models.shelf.reinstated", { version })}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}
