import { Input, PinInput } from "@mantine/core";
import { useId } from "react";

/** Six boxes that take a pasted or filled-in code and move on by themselves. */
export function CodeInput({
  label,
  value,
  error,
  disabled,
  onChange,
  onComplete,
}: {
  label: string;
  value: string;
  error?: string;
  disabled?: boolean;
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
