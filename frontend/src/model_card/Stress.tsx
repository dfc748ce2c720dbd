import { Accordion, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/client";
import { Evaluation } from "./Evaluation";

/** What happens to answers when photos are tampered with: for those who want to know. */
export function Stress({ evaluations }: { evaluations: Schemas["Evaluation"][] }) {
  const { t } = useTranslation();
  return (
    <Accordion variant="contained" order={3}>
      <Accordion.Item value="stress">
        <Accordion.Control>{t("card.stress")}</Accordion.Control>
        <Accordion.Panel>
          <Stack>
            {evaluations.map((evaluation) => (
              <Evaluation key={evaluation.name} evaluation={evaluation} />
            ))}
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
