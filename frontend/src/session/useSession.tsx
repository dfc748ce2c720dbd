import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { currentAccess, mayHaveSession, onAccessChange, onSignOut, refresh } from "@/api/access";
import { api, unwrap, type Schemas } from "@/api/client";

export type User = Schemas["User"];

export type Session =
  | { status: "loading" }
  | { status: "signed_out" }
  | { status: "unreachable"; error: Error; retry: () => void }
  | { status: "signed_in"; user: User }
  /** It ended while a page was in use: the page stays, under a prompt to sign in again. */
  | { status: "ended"; user: User };

export const SessionContext = createContext<Session>({ status: "loading" });

export const ME = ["me"] as const;

/** Knows who is signed in, and resumes the session of an earlier visit. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const access = useSyncExternalStore(onAccessChange, currentAccess);
  const [resuming, setResuming] = useState(mayHaveSession);
  const [failure, setFailure] = useState<Error | null>(null);
  const queryClient = useQueryClient();
  const me = useQuery({
    queryKey: ME,
    queryFn: () => unwrap(api.GET("/users/me")),
    enabled: access !== null,
    staleTime: Infinity,
  });

  // Nothing of an account stays in memory once somebody signs out, pictures least of all, and in no
  // tab. Before the session is forgotten: one that ends under a known user keeps its page, for
  // signing in again above it.
  useEffect(() => onSignOut(() => queryClient.clear()), [queryClient]);

  useEffect(() => {
    if (!resuming) return;
    refresh()
      // An ended session has been forgotten by now; anything else can be tried again.
      .catch((error: unknown) => setFailure(mayHaveSession() ? (error as Error) : null))
      .finally(() => setResuming(false));
  }, [resuming]);

  const session = useMemo<Session>(() => {
    const user = me.data;
    if (access && user) return { status: "signed_in", user };
    if (!access && user) return { status: "ended", user };
    const error = failure ?? me.error;
    if (error && !resuming) {
      const retry = () => {
        setFailure(null);
        setResuming(access === null);
        if (access) void queryClient.refetchQueries({ queryKey: ME });
      };
      return { status: "unreachable", error, retry };
    }
    return { status: resuming || access ? "loading" : "signed_out" };
  }, [access, me.data, me.error, resuming, failure, queryClient]);

  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  return useContext(SessionContext);
}

/** The account of whoever uses this page; only below `RequireSession`. */
export function useUser(): User {
  const session = useSession();
  if (session.status !== "signed_in" && session.status !== "ended") {
    throw new Error("useUser stands above RequireSession");
  }
  return session.user;
}
