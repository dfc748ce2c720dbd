import { createTheme, type CSSVariablesResolver } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "cyan",
  // Light enough to see, dark enough for white text on it: 5.5 to 1 (WCAG 2.2, 1.4.3).
  primaryShade: { light: 9, dark: 9 },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  respectReducedMotion: true,
});

const both = {
  // Under the pointer a button gets darker; lighter, as the library has it, its white text reaches
  // 4.3 to 1.
  "--mantine-color-cyan-filled-hover": "#095c6b",
};

/** Quiet texts that still reach 4.5 to 1 on their ground; the library's own grey does not. */
export const variables: CSSVariablesResolver = (colors) => ({
  variables: {},
  light: {
    ...both,
    "--mantine-color-dimmed": colors.colors.gray[7],
    "--mantine-color-placeholder": colors.colors.gray[7],
    "--mantine-color-error": colors.colors.red[9],
    "--mantine-color-anchor": colors.colors.cyan[9],
    // On the light ground of badges and alerts the library's own shades reach 2.6 and 4.2 to 1.
    "--mantine-color-yellow-light-color": "#713f00",
    "--mantine-color-teal-light-color": "#05543d",
    // Links and quiet buttons on it, while the pointer is over them; the library's own reaches 4.1.
    "--mantine-color-cyan-light-hover": colors.colors.cyan[1],
  },
  dark: {
    ...both,
    "--mantine-color-dimmed": colors.colors.dark[1],
    "--mantine-color-placeholder": colors.colors.dark[1],
    "--mantine-color-error": colors.colors.red[4],
    "--mantine-color-anchor": colors.colors.cyan[4],
  },
});
