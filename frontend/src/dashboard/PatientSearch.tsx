import { Combobox, Loader, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap } from "@/api/client";
import { day } from "@/i18n/moments";
import { PATIENTS } from "@/patients/usePatients";
import { problemText } from "@/ui/notices";

const TYPING_MS = 200;
const MOST = 8;
const ALL = "all";

/** Opens a patient by some letters and Enter. */
export function PatientSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const list = useCombobox({ onDropdownClose: () => list.resetSelectedOption() });
  const found = useQuery({
    queryKey: [...PATIENTS, "found", search],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/patients/", { params: { query: { search, limit: MOST } }, signal })),
    enabled: search !== "",
  });

  const open = (value: string) =>
    void navigate(
      value === ALL ? `/patients?search=${encodeURIComponent(search)}` : `/patient/${value}`,
    );
  return (
    <Combobox store={list} onOptionSubmit={open}>
      <Combobox.Target>
        <TextInput
          type="search"
          size="md"
          flex="1 1 260px"
          aria-label={t("dashboard.search")}
          placeholder={t("dashboard.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          rightSection={found.isFetching && <Loader size="xs" />}
          value={typed}
          onFocus={() => list.openDropdown()}
          onBlur={() => list.closeDropdown()}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            list.openDropdown();
            list.resetSelectedOption();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={search === "" || (!found.data && !found.error)}>
        <Combobox.Options aria-label={t("dashboard.search")}>
          {found.error && <Combobox.Empty>{problemText(found.error)}</Combobox.Empty>}
          {found.data?.items.length === 0 && (
            <Combobox.Empty>{t("dashboard.searchNone")}</Combobox.Empty>
          )}
          {found.data?.only_similar && found.data.items.length > 0 && (
            <Combobox.Empty ta="start">{t("dashboard.searchSimilar")}</Combobox.Empty>
          )}
          {found.data?.items.map((patient) => (
            <Combobox.Option key={patient.id} value={patient.id}>
              <Text fw={500}>{patient.full_name}</Text>
              <Text size="sm" c="dimmed">
                {[patient.record_number, patient.birth_date && day(patient.birth_date)]
                  .filter(Boolean)
                  .join(" · ")}
              </Text>
            </Combobox.Option>
          ))}
          {found.data?.next_cursor && (
            <Combobox.Option value={ALL}>{t("dashboard.searchAll", { search })}</Combobox.Option>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
