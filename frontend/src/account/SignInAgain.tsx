import { Button, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { CodeForm } from "./CodeForm";
import { PasswordForm } from "./PasswordForm";
import { begin } from "@/api/access";
import { api, unwrap, type Schemas } from "@/api/client";
import { keepPending } from "@/session/pending_sign_in";
import { ME, type User } from "@/session/useSession";
import { Dialog } from "@/ui/Dialog";

/** Asks for a new sign-in above the page, which keeps everything that was typed. */
export function SignInAgain({ user }: { user: User }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [challenge, setChallenge] = useState<string | null>(null);

  const leave = () => {
    queryClient.clear();
    void navigate("/", { replace: true });
  };
  const enter = async (signedIn: Schemas["SignedIn"]) => {
    begin(signedIn);
    const now = await unwrap(api.GET("/users/me"));
    queryClient.setQueryData<User>(ME, now);
    // Somebody else must not see this page.
    if (now.id !== user.id) {
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
      void navigate("/dashboard", { replace: true });
    } else {
      void queryClient.invalidateQueries();
    }
  };

  return (
    <Dialog
      onClose={leave}
      title={t("account.signIn.again")}
      closeOnEscape={false}
      withCloseButton={false}
      overlayProps={{ blur: 6 }}
    >
      <Stack>
        <Text size="sm">{t("account.signIn.ended")}</Text>
        {challenge ? (
          <CodeForm challenge={challenge} onDone={enter} onExpired={() => setChallenge(null)} />
        ) : (
          <PasswordForm
            email={user.email}
            onStep={(step) => {
              if (step.status === "authenticated") return void enter(step);
              if (step.status === "two_factor_required") {
                return setChallenge(step.challenge_token);
              }
              keepPending(step);
              void navigate("/setup-2fa");
            }}
          />
        )}
        <Button variant="subtle" onClick={leave}>
          {t("shell.menu.signOut")}
        </Button>
      </Stack>
    </Dialog>
  );
}
