import { Input, PinInput } from "@mantine/core";
import { useId } from "react";

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
  const id = useId();
  return (
    <Input.Wrapper label={label} error={error} labelProps={{ htmlFor: `${id}-1` }}>
      <PinInput
        id={id}
        length={6}
        type="number"
        oneTimeCode
        // eslint-disable-next-line jsx-a11y/no-autofocus -- the page was opened for typing this
        autoFocus={isFirst}
        data-autofocus
        mt={4}
        aria-label={label}
        value={value}
        error={!!error}
        disabled={disabled}
        onChange={onChange}
        onComplete={onComplete}
      />
    </Input.Wrapper>
  );
}
