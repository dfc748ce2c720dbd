interface Version {
  version: string;
  desired: boolean;
}

/**
 * The two versions to compare: those that the address names, and else the live one with the newest
 * other one.
 */
export function chosen(
  versions: Version[],
  first: string | null,
  second: string | null,
): [string, string] {
  const known = (wanted: string | null) =>
    versions.find(({ version }) => version === wanted)?.version;
  const live = versions.find(({ desired }) => desired)?.version;
  const but = (left: string | undefined) =>
    versions.find(({ version }) => version !== left)?.version ?? "";
  const named = known(second);
  const one = known(first) ?? (live !== named && live ? live : but(named));
  return [one, named && named !== one ? named : but(one)];
}
