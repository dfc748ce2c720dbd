import { Center, Container, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { ErrorState } from "@/ui/States";
import { SignInAgain } from "./SignInAgain";
import { useSession } from "@/session/useSession";

/** Shows a page to whoever is signed in; everybody else signs in first and comes back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const session = useSession();
  const { pathname, search } = useLocation();
  switch (session.status) {
    case "loading":
      return (
        <Center h="100vh">
          <Loader />
        </Center>
      );
    case "unreachable":
      return (
        <Container size="xs" py="xl">
          <ErrorState error={session.error} onRetry={session.retry} />
        </Container>
      );
    case "signed_out":
      return <Navigate to={`/?next=${encodeURIComponent(pathname + search)}`} replace />;
    case "signed_in":
      return children;
    case "ended":
      return (
        <>
          {children}
          <SignInAgain user={session.user} />
        </>
      );
  }
}
