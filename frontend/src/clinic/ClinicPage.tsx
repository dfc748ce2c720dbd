import { Stack, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { ErrorState, LoadingRows } from "@/ui/States";
import { Invitations } from "./Invitations";
import { JoinRequests } from "./JoinRequests";
import { Letterhead } from "./Letterhead";
import { Members } from "./Members";
import { useLetterhead, useTeam } from "./queries";

/** What an owner keeps: who works at the clinic, and what its reports bear. */
export default function ClinicPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t("clinic.title")} · ${t("shell.name")}`);
  const team = useTeam();
  const letterhead = useLetterhead();
  const error = team.error ?? letterhead.error;
  if (error) {
    return (
      <ErrorState
        error={error}
        onRetry={() => {
          void team.refetch();
          void letterhead.refetch();
        }}
      />
    );
  }
  if (!team.data || !letterhead.data) return <LoadingRows rows={6} />;
  return (
    <Stack maw={960}>
      <Title order={1} size="h2">
        {t("clinic.title")}
      </Title>
      <JoinRequests requests={team.data.join_requests} />
      <Members members={team.data.members} />
      <Invitations invitations={team.data.invitations} />
      <Letterhead letterhead={letterhead.data} />
    </Stack>
  );
}
