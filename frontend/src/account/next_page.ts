/** Where a sign-in leads: the page that asked for it, never another site. */
export function pageAfter(search: URLSearchParams): string {
  const next = search.get("next") ?? "";
  return /^\/(?![/\\])/.test(next) ? next : "/dashboard";
}
