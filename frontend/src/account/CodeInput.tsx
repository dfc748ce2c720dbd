import { Input, PinInput } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";

const LENGTH = 6;

/** Six boxes that take a typed or pasted code and submit once it is complete. */
export function CodeInput({
  label,
  value,
  error,
  disabled,
  isFirst = false,
  onChange,
  onComplete,
}: {
  label: string;
  value: string;
  error?: string;
  disabled?: boolean;
  /** Takes the focus, on a page that exists for nothing else. */
  isFirst?: boolean;
  onChange: (code: string) => void;
  onComplete: (code: string) => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Input.Wrapper label={label} error={error} labelProps={{ htmlFor: `${id}-1` }}>
      <PinInput
        id={id}
        length={LENGTH}
        type="number"
        oneTimeCode
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the page was opened for typing this
        autoFocus={isFirst}
        data-autofocus
        mt={4}
        // One group by the label's name, and in it six boxes that can be told apart.
        aria-label={label}
        getInputProps={(index) => ({
          "aria-label": t("account.code.digit", { place: index + 1, count: LENGTH }),
        })}
        value={value}
        error={!!error}
        disabled={disabled}
        onChange={onChange}
        onComplete={onComplete}
      />
    </Input.Wrapper>
  );
}
