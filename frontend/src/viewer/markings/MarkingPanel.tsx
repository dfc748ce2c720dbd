import { Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { scaleText } from "./marking_text";
import type { Drawing } from "./useDrawing";
import type { Marking } from "./useMarkings";
import classes from "../Panel.module.css";

const [LEAST, MOST] = [0.1, 2000];

/** What is to be done next, or what is still asked of a drawing. */
export function MarkingPanel({
  drawing,
  scale,
  usualField,
  onWithdraw,
}: {
  drawing: Drawing;
  /** That stands; undefined without one. */
  scale: Marking | undefined;
  /** Millimetres that the reader stated last; 0 if never. */
  usualField: number;
  onWithdraw: (id: string) => void;
}) {
  const { t } = useTranslation();
  const { question, save, tool } = drawing;
  switch (question?.kind) {
    case "text":
      return (
        <Panel label={t("viewer.mark.tool.text")}>
          <WordsForm drawing={drawing} onSave={(text) => save("text", question.points, { text })} />
        </Panel>
      );
    case "ruler":
      return (
        <Panel label={t("viewer.mark.scale")}>
          <DistanceForm
            label={t("viewer.mark.distance")}
            known=""
            drawing={drawing}
            onSave={(millimetres) => save("ruler", question.points, { millimetres })}
          />
        </Panel>
      );
    case "field_of_view":
      return (
        <Panel label={t("viewer.mark.scale")}>
          <Text size="sm">{scale ? scaleText(scale) : t("viewer.mark.noScale")}</Text>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => drawing.choose("ruler")}>
              {t("viewer.mark.byRuler")}
            </Button>
            {scale && (
              <Button size="xs" variant="default" onClick={() => onWithdraw(scale.id)}>
                {t("viewer.mark.removeScale")}
              </Button>
            )}
          </Group>
          <DistanceForm
            label={t("viewer.mark.field")}
            known={usualField || ""}
            drawing={drawing}
            onSave={(millimetres) => save("field_of_view", [], { millimetres })}
          />
        </Panel>
      );
    default:
      return (
        <Panel label={t("viewer.mark.hints")}>
          <Text size="xs" role="status" id="marking-hint">
            {t(`viewer.mark.hint.${tool ?? "move"}`)}
            {tool && ` ${t("viewer.mark.byKeys")}`}
            {!scale && tool !== "ruler" && ` ${t("viewer.mark.noScale")}`}
          </Text>
        </Panel>
      );
  }
}

function Panel({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Stack gap={6} className={classes.panel} role="group" aria-label={label}>
      {children}
    </Stack>
  );
}

function DistanceForm({
  label,
  known,
  drawing,
  onSave,
}: {
  label: string;
  known: number | "";
  drawing: Drawing;
  onSave: (millimetres: number) => void;
}) {
  const { t } = useTranslation();
  const [value, setValue] = useState<number | string>(known);
  const input = useFocused();
  const isSound = typeof value === "number" && value >= LEAST && value <= MOST;
  return (
    <AskForm isSound={isSound} drawing={drawing} onSave={() => isSound && onSave(value)}>
      <NumberInput
        label={label}
        size="sm"
        ref={input}
        min={LEAST}
        max={MOST}
        decimalScale={2}
        clampBehavior="none"
        error={value !== "" && !isSound ? t("reasons.SCALE_INVALID") : undefined}
        suffix=" mm"
        value={value}
        onChange={setValue}
      />
    </AskForm>
  );
}

function WordsForm({ drawing, onSave }: { drawing: Drawing; onSave: (text: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const input = useFocused();
  const isSound = text.trim() !== "";
  return (
    <AskForm isSound={isSound} drawing={drawing} onSave={() => onSave(text)}>
      <TextInput
        label={t("viewer.mark.words")}
        size="sm"
        ref={input}
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </AskForm>
  );
}

/** An input that has the focus once it is asked: the hand has just drawn, and the answer is due. */
function useFocused() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return input;
}

function AskForm({
  isSound,
  drawing,
  onSave,
  children,
}: {
  isSound: boolean;
  drawing: Drawing;
  onSave: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isSound) onSave();
      }}
    >
      <Stack gap="xs">
        {children}
        <Group gap="xs" justify="flex-end">
          <Button size="xs" variant="default" onClick={drawing.leave}>
            {t("shell.cancel")}
          </Button>
          <Button size="xs" type="submit" disabled={!isSound} loading={drawing.isSaving}>
            {t("shell.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
