import { Code, Drawer, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { day, percent } from "@/i18n/moments";
import { Evaluation } from "@/model_card/Evaluation";
import { Part, Sentences } from "@/model_card/Part";
import { Stress } from "@/model_card/Stress";
import { Subgroups } from "@/model_card/Subgroups";
import { QueryState } from "@/ui/QueryState";
import { Diagnoses } from "./Diagnoses";
import { JudgementFigures } from "../releases/JudgementFigures";
import { useModel } from "../releases/queries";

/** Everything known about a version: how often it is right first, under stress last. */
export function ModelCard({ version, onClose }: { version: string; onClose: () => void }) {
  const { t } = useTranslation();
  const model = useModel(version);
  const name = model.data?.card.name ?? "";
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t("admin.models.card.title", { name, version })}
      closeButtonProps={{ "aria-label": t("shell.close") }}
    >
      <QueryState query={model} rows={6} />
      {model.data && <Card model={model.data} />}
    </Drawer>
  );
}

const hasHits = ({ metrics }: Schemas["Evaluation"]) =>
  "sensitivity" in metrics && "specificity" in metrics;

function Card({ model }: { model: Schemas["ModelDetails"] }) {
  const { t } = useTranslation();
  const { card } = model;
  const { evaluations: given = [], subgroups = [], training = {}, diagnoses = {} } = card;
  // The largest set says most.
  const hits = given.filter(hasHits).sort((one, other) => other.images - one.images);
  const stress = given.filter((evaluation) => !hasHits(evaluation));
  return (
    <Stack gap="lg">
      {model.judgement && (
        <Part title={t("admin.models.reference.measured")}>
          <JudgementFigures judgement={model.judgement} of={model.version} />
        </Part>
      )}
      <Part title={t("admin.models.card.evaluations")}>
        <Text size="sm" c="dimmed">
          {t("admin.models.card.intervals")}
        </Text>
        {hits.map((evaluation) => (
          <Evaluation key={evaluation.name} evaluation={evaluation} />
        ))}
      </Part>
      {subgroups.length > 0 && (
        <Part title={t("admin.models.card.subgroups")}>
          <Subgroups subgroups={subgroups} />
        </Part>
      )}
      {Object.keys(diagnoses).length > 0 && (
        <Part title={t("admin.models.card.diagnoses")}>
          <Diagnoses labels={diagnoses} />
        </Part>
      )}
      <Part title={t("admin.models.card.intendedUse")}>
        <Text size="sm">{card.intended_use}</Text>
      </Part>
      <Part title={t("admin.models.card.limits")}>
        <Sentences texts={card.limits} />
      </Part>
      <Part title={t("admin.models.card.data")}>
        <Sentences texts={card.data} />
      </Part>
      <Part title={t("admin.models.card.facts")}>
        <Facts
          facts={{
            [t("admin.models.card.architecture")]: card.architecture,
            [t("admin.models.card.threshold")]: percent(card.threshold, 1),
            [t("admin.models.card.temperature")]: card.temperature.toFixed(3),
            [t("admin.models.card.averaging")]: card.mirror_averaging
              ? t("admin.models.card.averaged")
              : t("admin.models.card.notAveraged"),
            [t("admin.models.card.heatmap")]: t(`admin.models.card.heatmaps.${card.heatmap}`),
            [t("admin.models.card.inputSize")]: t("admin.models.card.pixels", {
              size: card.preprocessing.input_size,
            }),
            [t("admin.models.card.trainedOn")]: day(card.trained_on),
            [t("admin.models.card.sha256")]: <Code>{model.sha256}</Code>,
          }}
        />
      </Part>
      {Object.keys(training).length > 0 && (
        <Part title={t("admin.models.card.training")}>
          <Facts facts={training} />
        </Part>
      )}
      {stress.length > 0 && <Stress evaluations={stress} />}
    </Stack>
  );
}

function Facts({ facts }: { facts: Record<string, ReactNode> }) {
  return (
    <Table verticalSpacing={4}>
      <Table.Tbody>
        {Object.entries(facts).map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" fw={500} w="40%">
              {name.replaceAll("_", " ")}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
