import { Button, Stack } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { QueryState } from "@/ui/QueryState";
import { Section } from "@/ui/Section";
import { useServingStream } from "../releases/useServing";
import { automaticWithdrawal } from "../candidates/candidate";
import { CandidatePanel } from "../candidates/CandidatePanel";
import { AutomaticWithdrawal } from "../candidates/AutomaticWithdrawal";
import { DamagedEntries } from "./DamagedEntries";
import { ModelCard } from "./ModelCard";
import { useModels } from "../releases/queries";
import { ReferenceCases } from "./ReferenceCases";
import { ReleaseHistory } from "./ReleaseHistory";
import { UploadModel } from "./UploadModel";
import { Versions } from "./Versions";

/** The model's versions and how good they are first, then how to bring another. The address holds the open card. */
export function ModelsTab() {
  const { t } = useTranslation();
  const [address, setAddress] = useSearchParams();
  const models = useModels();
  useServingStream();
  const ended = automaticWithdrawal(models.data?.releases ?? []);
  const shown = address.get("version");
  return (
    <Stack>
      {ended && <AutomaticWithdrawal withdrawal={ended} />}
      {models.data && models.data.damaged.length > 0 && (
        <DamagedEntries damaged={models.data.damaged} />
      )}
      {models.data?.candidate && (
        <CandidatePanel candidate={models.data.candidate} models={models.data} />
      )}
      <Section
        title={t("admin.models.versions.title")}
        action={
          models.data &&
          models.data.versions.length > 1 && (
            <Button
              component={Link}
              to="/admin/compare"
              variant="default"
              size="xs"
              leftSection={<IconArrowsDiff size={16} aria-hidden />}
            >
              {t("comparison.open")}
            </Button>
          )
        }
      >
        <QueryState query={models} rows={2} />
        {models.data && (
          <Versions
            versions={models.data.versions}
            candidate={models.data.candidate}
            onCard={(version) => setAddress({ tab: "models", version })}
          />
        )}
      </Section>
      <UploadModel />
      <ReferenceCases />
      {models.data && models.data.releases.length > 0 && (
        <ReleaseHistory releases={models.data.releases} rollsBackTo={models.data.rolls_back_to} />
      )}
      {shown && <ModelCard version={shown} onClose={() => setAddress({ tab: "models" })} />}
    </Stack>
  );
}
