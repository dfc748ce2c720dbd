import { Alert, Badge, Button, Group, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { IconAlertTriangle, IconShieldCheck, IconShieldOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ME, useUser } from "@/session/useSession";
import { Section } from "@/ui/Section";
import { SECURITY_EVENTS } from "./SecurityEvents";
import { MoveDialog, NewCodesDialog, RemoveDialog, SetUpDialog } from "./TwoFactorDialogs";

/** With so few recovery codes left it is time for new ones. */
const FEW_CODES = 3;
const DIALOGS = {
  setUp: SetUpDialog,
  move: MoveDialog,
  newCodes: NewCodesDialog,
  remove: RemoveDialog,
};

/** The authenticator app and the recovery codes. */
export function TwoFactor() {
  const { t } = useTranslation();
  const user = useUser();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<keyof typeof DIALOGS | null>(null);
  const Dialog = open && DIALOGS[open];
  const isOn = user.two_factor_enabled;
  return (
    <Section
      title={t("profile.twoFactor.title")}
      text={isOn ? t("profile.twoFactor.text") : t("profile.twoFactor.offText")}
      action={
        <Badge
          size="lg"
          tt="none"
          variant="default"
          leftSection={
            isOn ? (
              <IconShieldCheck size={16} aria-hidden />
            ) : (
              <IconShieldOff size={16} aria-hidden />
            )
          }
        >
          {isOn ? t("profile.twoFactor.on") : t("profile.twoFactor.off")}
        </Badge>
      }
    >
      {isOn && <CodesLeft count={user.recovery_codes_left} />}
      <Group>
        {isOn ? (
          <>
            <Button variant="default" onClick={() => setOpen("move")}>
              {t("profile.twoFactor.move")}
            </Button>
            <Button variant="default" onClick={() => setOpen("newCodes")}>
              {t("profile.twoFactor.newCodes")}
            </Button>
          </>
        ) : (
          <Button onClick={() => setOpen("setUp")}>{t("profile.twoFactor.setUp")}</Button>
        )}
        {isOn && !user.two_factor_required && (
          <Button variant="default" onClick={() => setOpen("remove")}>
            {t("profile.twoFactor.remove")}
          </Button>
        )}
      </Group>
      {isOn && user.two_factor_required && (
        <Text size="sm" c="dimmed">
          {t("profile.twoFactor.required")}
        </Text>
      )}
      {Dialog && (
        <Dialog
          onClose={() => {
            setOpen(null);
            void queryClient.invalidateQueries({ queryKey: ME });
            void queryClient.invalidateQueries({ queryKey: SECURITY_EVENTS });
          }}
        />
      )}
    </Section>
  );
}

function CodesLeft({ count }: { count: number }) {
  const { t } = useTranslation();
  const left = t("profile.twoFactor.codesLeft", { count });
  if (count > FEW_CODES) return <Text size="sm">{left}</Text>;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />}>
      {left} {t("profile.twoFactor.fewCodes")}
    </Alert>
  );
}
