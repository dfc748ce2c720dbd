import { Alert, Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

/** Says that another patient has the same photo: one of the two is probably wrong. */
export function SamePhotoNotice({ patientId }: { patientId: string | null | undefined }) {
  const { t } = useTranslation();
  if (!patientId) return null;
  return (
    <Alert color="yellow" role="status">
      {t("finding.samePhoto")}{" "}
      <Anchor component={Link} to={`/patient/${patientId}`} inherit>
        {t("finding.samePhotoOpen")}
      </Anchor>
    </Alert>
  );
}
