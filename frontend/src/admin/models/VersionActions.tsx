import { Button, Menu, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import {
  IconArchive,
  IconChevronDown,
  IconEyeOff,
  IconFeather,
  IconGauge,
  IconRocket,
  IconUserCheck,
  type Icon as IconType,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showDone } from "@/ui/notices";
import { CanaryDialog } from "../candidates/CanaryDialog";
import { ReleaseDialog } from "../releases/ReleaseDialog";
import { ShadowDialog } from "../candidates/ShadowDialog";
import { ApproveDialog, RetireDialog } from "./ShelfDialogs";

/** The ways to put a version to use, the most careful first. */
export function VersionActions({
  version,
  candidate,
}: {
  version: string;
  candidate: Schemas["Release"] | null;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"shadow" | "canary" | "release" | "approve" | "retire" | null>(
    null,
  );
  const close = () => setOpen(null);
  const trial = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/admin/models/{version}/trial", { params: { path: { version } } })),
    onSuccess: () => showDone(t("admin.models.versions.tryAsked", { version })),
  });
  const is = (kind: string) => candidate?.version === version && candidate.kind === kind;
  const hasNoRoom = candidate !== null && candidate.version !== version;
  return (
    <>
      <Menu position="bottom-end" width={290} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button
            size="xs"
            variant="light"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={t("admin.models.versions.deployOf", { version })}
            loading={trial.isPending}
          >
            {t("admin.models.versions.deploy")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <RolloutOption
            icon={IconGauge}
            name={t("admin.models.versions.tryIt")}
            text={
              hasNoRoom
                ? t("candidate.noRoom", { version: candidate.version })
                : t("candidate.ways.trial")
            }
            isOff={hasNoRoom}
            onClick={() => trial.mutate()}
          />
          {!is("shadow") && (
            <RolloutOption
              icon={IconEyeOff}
              name={t("candidate.actions.shadow")}
              text={t("candidate.ways.shadow")}
              onClick={() => setOpen("shadow")}
            />
          )}
          <RolloutOption
            icon={IconFeather}
            name={t(is("canary") ? "candidate.actions.share" : "candidate.actions.canary")}
            text={t("candidate.ways.canary")}
            onClick={() => setOpen("canary")}
          />
          <RolloutOption
            icon={IconRocket}
            name={t("candidate.actions.release")}
            text={t("candidate.ways.release")}
            onClick={() => setOpen("release")}
          />
          <Menu.Divider />
          <RolloutOption
            icon={IconUserCheck}
            name={t("admin.models.shelf.approve")}
            text={t("admin.models.shelf.approveHint")}
            onClick={() => setOpen("approve")}
          />
          {candidate?.version !== version && (
            <RolloutOption
              icon={IconArchive}
              name={t("admin.models.shelf.retire")}
              text={t("admin.models.shelf.retireHint")}
              onClick={() => setOpen("retire")}
            />
          )}
        </Menu.Dropdown>
      </Menu>
      {open === "shadow" && <ShadowDialog version={version} current={candidate} onClose={close} />}
      {open === "canary" && <CanaryDialog version={version} current={candidate} onClose={close} />}
      {open === "release" && <ReleaseDialog version={version} onClose={close} />}
      {open === "approve" && <ApproveDialog version={version} onClose={close} />}
      {open === "retire" && <RetireDialog version={version} onClose={close} />}
    </>
  );
}

/** Stays reachable by keyboard when it is off, as its text says why. */
function RolloutOption({
  icon: Icon,
  name,
  text,
  isOff = false,
  onClick,
}: {
  icon: IconType;
  name: string;
  text: string;
  isOff?: boolean;
  onClick: () => void;
}) {
  return (
    <Menu.Item
      leftSection={<Icon size={18} aria-hidden />}
      closeMenuOnClick={!isOff}
      aria-disabled={isOff || undefined}
      onClick={isOff ? undefined : onClick}
    >
      <Text size="sm" fw={500} c={isOff ? "dimmed" : undefined}>
        {name}
      </Text>
      <Text size="xs" c="dimmed">
        {text}
      </Text>
    </Menu.Item>
  );
}
