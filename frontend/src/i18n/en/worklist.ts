/** A list worked through photo by photo. */
export default {
  title: "Review",
  open: "Open the record (Enter)",
  workThrough: "Review one by one",
  list: "List",
  zone: "Result",
  order: "Order",
  mine: "Mine",
  waiting: "Still to be reviewed",
  place: "{{place}} of {{count}}",
  zones: {
    any: "All results",
    above: "Above the threshold",
    borderline: "Borderline",
    below: "Below the threshold",
    unassessable: "Cannot be assessed",
  },
  orders: { risk: "Highest probability", newest: "Newest", oldest: "Longest waiting" },
  empty: "Nothing left here",
  emptyText: "Choose another list or result, or go back to the day's overview.",
  back: "Back to Today",
  given: "{{name}}: {{verdict}}",
};
