import Bowser from "bowser";
import i18next from "i18next";

/** A User-Agent in plain words: "Firefox on Windows"; other programs by their own first word. */
export function agentName(agent: string): string {
  if (!agent) return i18next.t("profile.events.unknownAgent");
  const { browser, os, platform } = Bowser.parse(agent);
  const system = os.name === "iOS" ? platform.model : os.name;
  if (!browser.name) return agent.split(/[\s/]/)[0] ?? agent;
  if (!system) return browser.name;
  return i18next.t("profile.agentOn", { browser: browser.name.replace(/ for .*/, ""), system });
}

export function isMobile(agent: string): boolean {
  return agent !== "" && ["mobile", "tablet"].includes(Bowser.parse(agent).platform.type ?? "");
}
