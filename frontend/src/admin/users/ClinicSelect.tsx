import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { problemText } from "@/ui/notices";
import { useClinics } from "./useClinics";

const TYPING_MS = 250;

/** Any clinic, found by typing part of its name. */
export function ClinicSelect({
  value,
  current,
  error,
  onChange,
}: {
  /** The id; "" for none. */
  value: string;
  /** The person's current clinic, which a search may not list. */
  current?: { id: string; name: string };
  error?: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(current);
  const [search] = useDebouncedValue(typed, TYPING_MS);
  // The field shows the chosen clinic's name; that is not a search.
  const isChosen = chosen && [chosen.name, nameBeside(chosen)].includes(search);
  const clinics = useClinics(isChosen ? "" : search);
  const found = clinics.data ?? [];
  const isListed = !chosen || found.some(({ id }) => id === chosen.id);
  const data = found.map((clinic) => ({ value: clinic.id, label: nameIn(clinic, found) }));
  return (
    <Select
      label={t("admin.users.clinic")}
      placeholder={t("admin.users.chooseClinic")}
      nothingFoundMessage={clinics.isFetching ? t("shell.loading") : t("admin.users.noClinic")}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("admin.users.clearClinic") }}
      error={error ?? (clinics.error && !clinics.data ? problemText(clinics.error) : undefined)}
      value={value || null}
      data={isListed ? data : [{ value: chosen.id, label: chosen.name }, ...data]}
      // The server has searched already.
      filter={({ options }) => options}
      onSearchChange={setTyped}
      onChange={(id, option) => {
        setChosen(id ? { id, name: option.label } : undefined);
        onChange(id ?? "");
      }}
    />
  );
}

/** With the end of its id, where another clinic has the same name. */
function nameIn({ id, name }: Schemas["Clinic"], all: Schemas["Clinic"][]): string {
  const isAlone = all.filter((other) => other.name === name).length === 1;
  return isAlone ? name : nameBeside({ id, name });
}

function nameBeside({ id, name }: Pick<Schemas["Clinic"], "id" | "name">): string {
  return `${name} (${id.slice(-8)})`;
}
