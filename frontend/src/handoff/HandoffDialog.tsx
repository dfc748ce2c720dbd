import { Alert, Button, Group, Image, Skeleton, Stack, Text } from "@mantine/core";
import { IconDeviceMobileCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { timeOfDay } from "@/i18n/moments";
import { Dialog } from "@/ui/Dialog";
import { agentName } from "@/ui/agent";
import { ErrorState } from "@/ui/States";
import { clockText, useSecondsUntil } from "./useCountdown";
import { useEndHandoff, type useMakeHandoff } from "./useHandoffs";

/** The QR code for a phone, and after it was scanned, which phone is connected. */
export function HandoffDialog({
  open,
  making,
  onClose,
}: {
  /** The lesion's open hand-off. */
  open: Schemas["Handoff"] | null;
  making: ReturnType<typeof useMakeHandoff>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const end = useEndHandoff();
  // Nobody can scan a code that is not on the screen.
  const close = () => {
    if (open && !open.claimed_at) end.mutate(open.id);
    onClose();
  };
  return (
    <Dialog onClose={close} title={t("handoff.title")} size="sm">
      {making.isPending ? (
        <Stack align="center" role="status" aria-label={t("handoff.making")}>
          <Skeleton w={260} h={260} />
        </Stack>
      ) : making.error ? (
        <ErrorState error={making.error} onRetry={() => making.mutate()} />
      ) : open?.claimed_at ? (
        <Connected
          handoff={open}
          onEnd={() => end.mutate(open.id, { onSuccess: onClose })}
          isEnding={end.isPending}
        />
      ) : open && making.data ? (
        <Code made={making.data} onRenew={() => making.mutate()} />
      ) : (
        <Over onRenew={() => making.mutate()} />
      )}
    </Dialog>
  );
}

function Code({ made, onRenew }: { made: Schemas["MadeHandoff"]; onRenew: () => void }) {
  const { t } = useTranslation();
  const left = useSecondsUntil(made.handoff.expires_at);
  if (left === 0) return <Over onRenew={onRenew} />;
  return (
    <Stack align="center">
      <Text size="sm">{t("handoff.steps")}</Text>
      <Image
        src={`data:image/svg+xml,${encodeURIComponent(made.qr_svg)}`}
        alt={t("handoff.qr")}
        bg="white"
        p="xs"
        radius="md"
        w={260}
        h={260}
      />
      <Text fw={600} role="timer" style={{ fontVariantNumeric: "tabular-nums" }}>
        {t("handoff.left", { time: clockText(left) })}
      </Text>
      <Text size="sm" c="dimmed">
        {t("handoff.once")}
      </Text>
    </Stack>
  );
}

function Connected({
  handoff,
  onEnd,
  isEnding,
}: {
  handoff: Schemas["Handoff"];
  onEnd: () => void;
  isEnding: boolean;
}) {
  const { t } = useTranslation();
  const left = useSecondsUntil(handoff.expires_at);
  return (
    <Stack>
      <Alert
        color="teal"
        icon={<IconDeviceMobileCheck aria-hidden />}
        title={t("handoff.connected")}
      >
        <Text size="sm">
          {t("handoff.by", {
            agent: agentName(handoff.agent ?? ""),
            at: timeOfDay(handoff.claimed_at ?? handoff.expires_at),
          })}{" "}
          {t("handoff.left", { time: clockText(left) })}.
        </Text>
      </Alert>
      <Text role="status">
        {handoff.photos > 0
          ? t("handoff.arrived", { count: handoff.photos })
          : t("handoff.waiting")}
      </Text>
      <Text size="sm" c="dimmed">
        {t("handoff.notYours")}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" loading={isEnding} onClick={onEnd}>
          {t("handoff.end")}
        </Button>
      </Group>
    </Stack>
  );
}

function Over({ onRenew }: { onRenew: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack align="flex-start">
      <Text role="status">{t("handoff.expired")}</Text>
      <Button onClick={onRenew}>{t("handoff.renew")}</Button>
    </Stack>
  );
}
