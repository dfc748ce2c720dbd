import { ActionIcon, Anchor, Button, Group, Menu, Popover, Text, Title } from "@mantine/core";
import {
  IconAlertCircle,
  IconArchive,
  IconChevronDown,
  IconChevronLeft,
  IconColumns2,
  IconInbox,
  IconPencil,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "@/api/client";
import { ageInYears } from "@/i18n/calendar";
import { day } from "@/i18n/moments";
import { siteName } from "./body/place_names";
import { LesionDialog } from "./LesionDialog";
import { useAddress } from "./useAddress";
import type { Shelf } from "./queries";
import classes from "./PatientBar.module.css";

/** Whose lesion this is, always in sight, and the way to the other lesions. */
export function PatientBar({
  patient,
  shelf,
  lesions,
}: {
  patient: Schemas["Patient"];
  shelf: Shelf;
  lesions: Schemas["Lesion"][];
}) {
  const { t } = useTranslation();
  const { openComparison } = useAddress();
  const [isEditing, setIsEditing] = useState(false);
  const lesion = shelf === "unsorted" ? null : lesions.find(({ id }) => id === shelf.lesionId);
  return (
    <div className={classes.bar}>
      <div className={classes.who}>
        <div className={classes.identity}>
          <Anchor component={Link} to={`/patient/${patient.id}`} className={classes.name}>
            <IconChevronLeft size={18} aria-hidden />
            <Title order={1} className={classes.title}>
              {patient.full_name}
            </Title>
          </Anchor>
          <Text size="sm" className={classes.facts}>
            {[
              patient.birth_date &&
                `${day(patient.birth_date)} (${ageInYears(patient.birth_date)})`,
              patient.record_number,
            ]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </div>
        {patient.risk_notes && <Risks notes={patient.risk_notes} />}
        {patient.archived_at && (
          <Text size="sm" className={classes.archived}>
            <IconArchive size={16} aria-hidden />
            {t("patient.archivedOn", { day: day(patient.archived_at) })}
          </Text>
        )}
      </div>
      <div className={classes.lesion}>
        <Title order={2} className={classes.title}>
          {shelf === "unsorted"
            ? t("patient.photos.unsorted")
            : lesion && (lesion.label || t("patient.lesion.unnamed"))}
        </Title>
        <OtherLesions lesions={lesions} shelf={shelf} />
        <Group gap={6} wrap="nowrap" ml="auto">
          {lesion && (lesion.image_count ?? 0) > 1 && (
            <Button
              size="xs"
              variant="default"
              className={classes.compare}
              leftSection={<IconColumns2 size={16} aria-hidden />}
              onClick={openComparison}
              aria-label={t("patient.compare.open")}
            >
              {t("patient.compare.short")}
            </Button>
          )}
          {lesion && (
            <ActionIcon
              size="lg"
              variant="default"
              className={classes.action}
              aria-label={t("patient.lesion.change")}
              onClick={() => setIsEditing(true)}
            >
              <IconPencil size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      </div>
      {isEditing && lesion && (
        <LesionDialog
          patientId={patient.id}
          lesion={lesion}
          onClose={() => setIsEditing(false)}
          onSaved={() => setIsEditing(false)}
        />
      )}
    </div>
  );
}

/** What raises this patient's risk: the first words, all of them at a press. */
function Risks({ notes }: { notes: string }) {
  const { t } = useTranslation();
  return (
    <Popover width={320} withArrow>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          className={classes.risks}
          leftSection={<IconAlertCircle size={16} aria-hidden />}
          aria-label={`${t("patient.fields.risk_notes")}: ${notes}`}
        >
          {notes}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" fw={500}>
          {t("patient.fields.risk_notes")}
        </Text>
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {notes}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}

function OtherLesions({ lesions, shelf }: { lesions: Schemas["Lesion"][]; shelf: Shelf }) {
  const { t } = useTranslation();
  const { chooseShelf } = useAddress();
  const here = shelf === "unsorted" ? null : shelf.lesionId;
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <ActionIcon
          size="lg"
          variant="subtle"
          color="gray"
          className={classes.action}
          aria-label={t("patient.lesion.others")}
        >
          <IconChevronDown size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="60vh" style={{ overflowY: "auto" }}>
        {lesions.map((lesion, index) => (
          <Menu.Item
            key={lesion.id}
            aria-current={lesion.id === here || undefined}
            fw={lesion.id === here ? 600 : undefined}
            onClick={() => chooseShelf({ lesionId: lesion.id })}
          >
            {index + 1}. {lesion.label || t("patient.lesion.unnamed")}
            <Text size="xs" c="dimmed">
              {[siteName(t, lesion), t("patient.lesion.photos", { count: lesion.image_count ?? 0 })]
                .filter(Boolean)
                .join(" · ")}
            </Text>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconInbox size={16} aria-hidden />}
          onClick={() => chooseShelf("unsorted")}
        >
          {t("patient.photos.unsorted")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
