import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { CodeInput } from "@/account/CodeInput";
import { Enrolment, KeepRecoveryCodes } from "@/account/Enrolment";
import { api, unwrap, type Schemas } from "@/api/client";
import { Dialog } from "@/ui/Dialog";
import { showDone } from "@/ui/notices";
import { PasswordStep } from "./PasswordStep";

interface Close {
  onClose: () => void;
}

/** Password, then the app's QR code and a first code, then the recovery codes. */
export function SetUpDialog({ onClose }: Close) {
  const { t } = useTranslation();
  const [setup, setSetup] = useState<Schemas["TwoFactorSetup"] | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <CodesStep codes={codes} onClose={onClose} />;
  return (
    <Dialog title={t("profile.twoFactor.setUp")} onClose={onClose}>
      {setup ? (
        <Enrolment setup={setup} onConfirmed={({ recovery_codes }) => setCodes(recovery_codes)} />
      ) : (
        <PasswordStep
          submit={t("profile.twoFactor.go")}
          ask={(password) =>
            unwrap(api.POST("/users/me/2fa/setup", { body: { password, code: "" } }))
          }
          onDone={setSetup}
        />
      )}
    </Dialog>
  );
}

/** Moves the second factor to a new phone: password and a code of the old one, then a new code. */
export function MoveDialog({ onClose }: Close) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [setup, setSetup] = useState<Schemas["TwoFactorSetup"] | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <CodesStep codes={codes} onClose={onClose} />;
  return (
    <Dialog title={t("profile.twoFactor.move")} onClose={onClose}>
      {setup ? (
        <Enrolment setup={setup} onConfirmed={({ recovery_codes }) => setCodes(recovery_codes)} />
      ) : (
        <PasswordStep
          text={t("profile.twoFactor.moveText")}
          submit={t("profile.twoFactor.go")}
          isReady={code.trim().length >= 6}
          ask={(password) =>
            unwrap(api.POST("/users/me/2fa/setup", { body: { password, code: code.trim() } }))
          }
          onDone={setSetup}
        >
          <TextInput
            label={t("profile.twoFactor.presentCode")}
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        </PasswordStep>
      )}
    </Dialog>
  );
}

/** Creates ten new recovery codes, given the password. */
export function NewCodesDialog({ onClose }: Close) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[] | null>(null);
  if (codes) return <CodesStep codes={codes} onClose={onClose} />;
  return (
    <Dialog title={t("profile.twoFactor.newCodes")} onClose={onClose}>
      <PasswordStep
        text={t("profile.twoFactor.newCodesText")}
        submit={t("profile.twoFactor.newCodes")}
        ask={(password) => unwrap(api.POST("/users/me/2fa/recovery-codes", { body: { password } }))}
        onDone={({ recovery_codes }) => setCodes(recovery_codes)}
      />
    </Dialog>
  );
}

/** Removes the second factor, given the password and a last code. */
export function RemoveDialog({ onClose }: Close) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  return (
    <Dialog title={t("profile.twoFactor.remove")} onClose={onClose}>
      <PasswordStep
        text={t("profile.twoFactor.removeText")}
        submit={t("profile.twoFactor.remove")}
        isReady={code.length === 6}
        ask={(password) => unwrap(api.DELETE("/users/me/2fa", { body: { password, code } }))}
        onDone={() => {
          showDone(t("profile.twoFactor.removed"));
          onClose();
        }}
      >
        <CodeInput
          label={t("profile.twoFactor.code")}
          value={code}
          onChange={setCode}
          onComplete={setCode}
        />
      </PasswordStep>
    </Dialog>
  );
}

/** The codes are shown once, so the dialog closes only once they are said to be saved. */
function CodesStep({ codes, onClose }: Close & { codes: string[] }) {
  const { t } = useTranslation();
  return (
    <Dialog
      onClose={onClose}
      title={t("account.setup.codesTitle")}
      withCloseButton={false}
      closeOnEscape={false}
    >
      <KeepRecoveryCodes codes={codes} onKept={onClose} />
    </Dialog>
  );
}
