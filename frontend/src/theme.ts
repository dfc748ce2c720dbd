import { createTheme } from "@mantine/core";

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
