import { useTranslation } from "react-i18next";
import { statedText } from "./marking_text";
import classes from "./Markings.module.css";

/** Millimetres that a bar may stand for, and the most pixels of the screen that it takes. */
const STEPS = [50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1];
const WIDEST = 140;

/** How long a millimetre is on the screen just now. */
export function ScaleBar({ pixels }: { pixels: number }) {
  const { t } = useTranslation();
  const step = STEPS.find((one) => one * pixels <= WIDEST);
  if (!step) return null;
  const text = statedText(step);
  return (
    <div
      className={classes.bar}
      style={{ width: step * pixels }}
      role="img"
      aria-label={t("viewer.mark.scale") + ": " + text}
    >
      {text}
    </div>
  );
}
