/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- see DataTable */
import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

export interface Column<Row> {
  name: string;
  show: (row: Row) => ReactNode;
  /** A few words that stay on one line when shown as columns. */
  isShort?: boolean;
  /** Names, which must not break within a word. */
  isWhole?: boolean;
  /** Whether a row has nothing to show here; left out where the row is a card. */
  isEmpty?: (row: Row) => boolean;
}

/**
 * A table that turns into cards on narrow screens.
 *
 * The roles are written out, since a browser forgets them where a table is no longer laid out as
 * one.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  rowKey: (row: Row) => string;
}) {
  return (
    <div className={classes.frame}>
      <table className={classes.table} role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ name }) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map(({ name, show, isShort, isWhole, isEmpty }) => (
                <td
                  key={name}
                  role="cell"
                  data-label={name}
                  data-short={isShort}
                  data-whole={isWhole}
                  data-empty={isEmpty?.(row) || undefined}
                >
                  <div>{show(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
