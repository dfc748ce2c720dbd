import { MutationCache, notifyManager, QueryCache, QueryClient } from "@tanstack/react-query";
import { showProblem } from "./notices";
import { Problem } from "@/api/problem";

/** Whether another attempt may succeed. */
function isTransient(error: Error): boolean {
  return error instanceof Problem && (error.isUnreachable || error.status >= 502);
}

// A button shows that it was pressed before the next event comes. By default it would after a timer,
// and the second press of a double click goes before timers on a busy machine.
notifyManager.setScheduler(queueMicrotask);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && isTransient(error),
      // A page that is offline still says so, instead of waiting without a word.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
  // A form that shows its own errors says so with `meta: { quiet: true }`.
  mutationCache: new MutationCache({
    onError: (error, _variables, _result, mutation) => {
      if (!mutation.meta?.quiet) showProblem(error);
    },
  }),
  queryCache: new QueryCache({
    onError: (error, query) => {
      // The page keeps showing older data; the notice says that refreshing failed.
      if (query.state.data !== undefined) showProblem(error);
    },
  }),
});
