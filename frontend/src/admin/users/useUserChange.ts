import { useMutation, useQueryClient, type MutationMeta } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schemas } from "@/api/client";
import { showDone } from "@/ui/notices";
import { USERS } from "./queries";

type Change = Schemas["UserChange"];

/** Changes an account, says so and refreshes the lists. */
export function useUserChange(
  user: Schemas["User"],
  options: {
    onSuccess?: () => void;
    onError?: (error: Error) => void;
    meta?: MutationMeta;
  } = {},
) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Change) =>
      unwrap(api.PATCH("/admin/users/{user_id}", { params: { path: { user_id: user.id } }, body })),
    onSuccess: (now) => {
      showDone(t("admin.users.saved", { name: now.full_name }));
      options.onSuccess?.();
    },
    onError: options.onError,
    onSettled: () => queryClient.invalidateQueries({ queryKey: USERS }),
    meta: options.meta,
  });
}
