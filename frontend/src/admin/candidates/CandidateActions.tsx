import { Button, Group } from "@mantine/core";
import { IconArrowBackUp, IconFeather, IconRocket } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { CanaryDialog } from "./CanaryDialog";
import { ReleaseDialog } from "../releases/ReleaseDialog";
import { WithdrawDialog } from "./WithdrawDialog";

/** A candidate's next step: more patients, all of them, or none. */
export function CandidateActions({ candidate }: { candidate: Schemas["Release"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"share" | "release" | "withdraw" | null>(null);
  const close = () => setOpen(null);
  const { version, kind } = candidate;
  return (
    <>
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={<IconFeather size={18} aria-hidden />}
          onClick={() => setOpen("share")}
        >
          {t(kind === "canary" ? "candidate.actions.share" : "candidate.actions.canary")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconRocket size={18} aria-hidden />}
          onClick={() => setOpen("release")}
        >
          {t("candidate.actions.releaseToAll")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconArrowBackUp size={18} aria-hidden />}
          onClick={() => setOpen("withdraw")}
        >
          {t("candidate.actions.withdraw")}
        </Button>
      </Group>
      {open === "share" && <CanaryDialog version={version} current={candidate} onClose={close} />}
      {open === "release" && <ReleaseDialog version={version} onClose={close} />}
      {open === "withdraw" && <WithdrawDialog candidate={candidate} onClose={close} />}
    </>
  );
}
