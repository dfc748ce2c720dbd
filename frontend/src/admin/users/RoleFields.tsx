import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ClinicSelect } from "./ClinicSelect";
import { ROLES, type RoleForm } from "./role_form";

/** A role, and the clinic of a clinician. */
export function RoleFields({
  value,
  current,
  error,
  onChange,
}: {
  value: RoleForm;
  /** The clinic now. */
  current?: { id: string; name: string };
  /** What is wrong with the clinic. */
  error?: string;
  onChange: (part: Partial<RoleForm>) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <NativeSelect
        label={t("admin.users.role")}
        value={value.role}
        onChange={(event) => onChange({ role: event.currentTarget.value as RoleForm["role"] })}
        data={ROLES.map((role) => ({ value: role, label: t(`shell.roles.${role}`) }))}
      />
      {value.role === "clinician" && (
        <ClinicSelect
          value={value.clinic_id}
          current={current}
          error={error}
          onChange={(clinic_id) => onChange({ clinic_id })}
        />
      )}
    </>
  );
}
