import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ROLES, type RoleForm } from "./role_form";
import { useClinics } from "./useClinics";

/** A role, and the clinic of a clinician. */
export function RoleFields({
  value,
  error,
  onChange,
}: {
  value: RoleForm;
  /** What is wrong with the clinic. */
  error?: string;
  onChange: (part: Partial<RoleForm>) => void;
}) {
  const { t } = useTranslation();
  const clinics = useClinics();
  return (
    <>
      <NativeSelect
        label={t("admin.users.role")}
        value={value.role}
        onChange={(event) => onChange({ role: event.currentTarget.value as RoleForm["role"] })}
        data={ROLES.map((role) => ({ value: role, label: t(`shell.roles.${role}`) }))}
      />
      {value.role === "clinician" && (
        <NativeSelect
          label={t("admin.users.clinic")}
          error={error}
          value={value.clinic_id}
          onChange={(event) => onChange({ clinic_id: event.currentTarget.value })}
          data={[
            { value: "", label: t("admin.users.chooseClinic") },
            ...clinics.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
    </>
  );
}
