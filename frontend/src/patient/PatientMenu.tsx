import { ActionIcon, Menu } from "@mantine/core";
import { IconArrowMerge, IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { MergePatientsDialog } from "./merge/MergePatientsDialog";

/** What is done with a patient seldom. */
export function PatientMenu({ patient }: { patient: Schemas["Patient"] }) {
  const { t } = useTranslation();
  const [isMerging, setMerging] = useState(false);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t("patient.more")}>
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconArrowMerge size={16} aria-hidden />}
            onClick={() => setMerging(true)}
          >
            {t("patient.merge.open")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isMerging && <MergePatientsDialog patient={patient} onClose={() => setMerging(false)} />}
    </>
  );
}
