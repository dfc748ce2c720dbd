import { Button, Popover, Slider, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBrightnessHalf } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Tool } from "./Tool";
import { AS_TAKEN, type Light } from "./view_settings";

const PARTS = ["brightness", "contrast"] as const;

/** Lights a photo for the eye; what is stored and assessed stays as it was taken. */
export function LightTool({ light, onChange }: { light: Light; onChange: (light: Light) => void }) {
  const { t } = useTranslation();
  const [isOpen, { toggle, close }] = useDisclosure(false);
  return (
    <Popover opened={isOpen} onDismiss={close} withinPortal={false} width={240} trapFocus>
      <Popover.Target>
        <Tool
          label={t("viewer.light")}
          icon={IconBrightnessHalf}
          isExpanded={isOpen}
          onPress={toggle}
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={t("viewer.light")}>
        <Stack gap="xs">
          {PARTS.map((part) => (
            <div key={part}>
              <Text size="sm" aria-hidden>
                {t(`viewer.${part}`)}
              </Text>
              <Slider
                min={40}
                max={220}
                value={light[part]}
                onChange={(value) => onChange({ ...light, [part]: value })}
                label={(value) => `${value} %`}
                thumbLabel={t(`viewer.${part}`)}
              />
            </div>
          ))}
          <Button size="xs" variant="default" onClick={() => onChange(AS_TAKEN)}>
            {t("viewer.asTaken")}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
