/** What the list can be sorted by, as the API names it. */
export const SORTS = ["name", "last_visit", "open_items", "highest_risk"] as const;
export type Sort = (typeof SORTS)[number];

export interface Order {
  sort: Sort;
  descending: boolean;
}

/** The order that an address asks for; by name if it asks for none. */
export function orderOf(address: URLSearchParams): Order {
  const sort = SORTS.find((one) => one === address.get("sort")) ?? "name";
  return { sort, descending: address.get("order") === "desc" };
}

/** Writes an order to an address; the usual one needs no words. */
export function putOrder(address: URLSearchParams, { sort, descending }: Order): URLSearchParams {
  if (sort === "name" && !descending) address.delete("sort");
  else address.set("sort", sort);
  if (descending) address.set("order", "desc");
  else address.delete("order");
  return address;
}

/** The order after pressing a column's head: the most urgent first, at a second press the least. */
export function pressed(now: Order, sort: Sort): Order {
  if (now.sort === sort) return { sort, descending: !now.descending };
  return { sort, descending: sort !== "name" };
}
