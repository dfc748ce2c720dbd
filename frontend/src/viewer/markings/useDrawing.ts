import { useHotkeys } from "@mantine/hooks";
import { useState } from "react";
import type { Point } from "./measures";
import { useMarkingChanges, type MarkedImage, type MarkingKind } from "./useMarkings";

/** What a pointer on the photo draws. */
export type Tool = Exclude<MarkingKind, "field_of_view">;

/** What has been drawn or chosen, and waits for words or a distance. */
export type Question = { kind: "text" | "ruler"; points: Point[] } | { kind: "field_of_view" };

/** Drawing on one photo: with what, what is still asked, and what can be taken back. */
export function useDrawing(image: MarkedImage) {
  const [isOn, setIsOn] = useState(false);
  const [tool, setTool] = useState<Tool | null>(null);
  const [choices, setChoices] = useState(0);
  const [question, setQuestion] = useState<Question | null>(null);
  /** Drawn since the photo was opened, the newest last. */
  const [drawn, setDrawn] = useState<string[]>([]);
  const { add, withdraw } = useMarkingChanges(image);

  const save = (
    kind: MarkingKind,
    points: readonly Point[],
    words: { text?: string; millimetres?: number } = {},
  ) => {
    setQuestion(null);
    // A scale is set once; whoever measures, measures more.
    if (kind === "ruler") setTool("length");
    add.mutate(
      {
        kind,
        points: points.map(({ x, y }) => ({ x: x / image.width, y: y / image.height })),
        text: words.text ?? "",
        millimetres: words.millimetres ?? 0,
      },
      { onSuccess: ({ id }) => setDrawn((before) => [...before, id]) },
    );
  };
  const undo = () => {
    const last = drawn.at(-1);
    if (!last) return;
    setDrawn((before) => before.slice(0, -1));
    withdraw.mutate(last);
  };
  const leave = () => {
    if (question) setQuestion(null);
    else if (tool) setTool(null);
    else setIsOn(false);
  };
  useHotkeys(isOn ? [["mod+Z", undo]] : []);

  return {
    isOn,
    toggle: () => {
      setIsOn(!isOn);
      setTool(isOn ? null : "length");
      setQuestion(null);
    },
    tool: isOn && !question ? tool : null,
    isChosen: (other: Tool | null) => tool === other,
    /** How often a tool was chosen, also the same one again. */
    choices,
    choose: (next: Tool | null) => {
      setTool(next);
      setChoices((before) => before + 1);
      setQuestion(null);
    },
    question,
    ask: setQuestion,
    /** A finished drawing is saved, unless something of it is still to be asked. */
    finish: (kind: Tool, points: Point[]) => {
      if (kind === "text" || kind === "ruler") setQuestion({ kind, points });
      else save(kind, points);
    },
    save,
    undo: drawn.length > 0 ? undo : undefined,
    leave,
    isSaving: add.isPending,
  };
}

export type Drawing = ReturnType<typeof useDrawing>;
