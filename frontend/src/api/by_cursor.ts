/** How an infinite query walks a list of the API: page after page by `next_cursor`. */
export const byCursor = {
  initialPageParam: "",
  getNextPageParam: ({ next_cursor }: { next_cursor?: string | null }) => next_cursor,
};
