import {
  Button,
  FileButton,
  Group,
  Image,
  Input,
  Select,
  Textarea,
  TextInput,
} from "@mantine/core";
import { zodResolver } from "@hookform/resolvers/zod";
import { useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { api, unwrap, type Schemas } from "@/api/client";
import { filled } from "@/ui/form_rules";
import { showProblem } from "@/ui/notices";
import { Section } from "@/ui/Section";
import { smallLogo } from "./small_logo";
import { useClinicChange } from "./queries";

const rules = z.object({
  name: filled,
  address: z.string(),
  time_zone: z.string(),
  logo: z.string().nullable(),
});

/** What the clinic's reports bear, and the zone that their times are given in. */
export function Letterhead({ letterhead }: { letterhead: Schemas["Letterhead"] }) {
  const { t } = useTranslation();
  const { name, address, time_zone, logo } = letterhead;
  const { register, handleSubmit, setValue, control, formState } = useForm({
    resolver: zodResolver(rules),
    values: { name, address, time_zone, logo },
  });
  const shown = useWatch({ control });
  const save = useClinicChange(
    (body: Schemas["LetterheadChange"]) => unwrap(api.PATCH("/clinic", { body })),
    () => t("clinic.letterhead.saved"),
  );
  return (
    <Section title={t("clinic.letterhead.title")} text={t("clinic.letterhead.text")}>
      <form
        noValidate
        onSubmit={handleSubmit((form) => save.mutate({ ...form, logo: form.logo ?? "" }))}
      >
        <Group align="start" grow preventGrowOverflow={false}>
          <TextInput
            label={t("clinic.letterhead.name")}
            error={formState.errors.name?.message}
            {...register("name")}
          />
          <Select
            label={t("clinic.letterhead.timeZone")}
            searchable
            allowDeselect={false}
            data={timeZones(time_zone)}
            value={shown.time_zone ?? time_zone}
            onChange={(zone) => zone && setValue("time_zone", zone, { shouldDirty: true })}
          />
        </Group>
        <Textarea
          mt="sm"
          autosize
          minRows={3}
          maxLength={500}
          label={t("clinic.letterhead.address")}
          {...register("address")}
        />
        <Input.Wrapper mt="sm" label={t("clinic.letterhead.logo")}>
          <Group mt={4}>
            {shown.logo && (
              <Image
                src={`data:image/png;base64,${shown.logo}`}
                alt={t("clinic.letterhead.logo")}
                w="auto"
                h={48}
                bg="white"
              />
            )}
            <FileButton
              accept="image/png,image/jpeg"
              onChange={(file) => {
                if (!file) return;
                smallLogo(file)
                  .then((png) => setValue("logo", png, { shouldDirty: true }))
                  .catch(showProblem);
              }}
            >
              {(button) => (
                <Button variant="default" {...button}>
                  {t("clinic.letterhead.chooseLogo")}
                </Button>
              )}
            </FileButton>
            {shown.logo && (
              <Button
                variant="subtle"
                onClick={() => setValue("logo", null, { shouldDirty: true })}
              >
                {t("clinic.letterhead.removeLogo")}
              </Button>
            )}
          </Group>
        </Input.Wrapper>
        <Group mt="md" justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={!formState.isDirty}>
            {t("shell.save")}
          </Button>
        </Group>
      </form>
    </Section>
  );
}

/** All zones that the browser knows, with the present one even if it doesn't. */
function timeZones(present: string): string[] {
  return [...new Set([present, "UTC", ...Intl.supportedValuesOf("timeZone")])].sort();
}
