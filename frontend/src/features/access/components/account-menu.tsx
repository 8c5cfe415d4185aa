import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PersonIcon } from "@/components/ui/icons";
import { signingOut, signingOutEverywhere } from "@/features/access/mutations";
import { choose, LANGUAGES, type Language } from "@/lib/i18n";
import { sentence } from "@/lib/sentences";
import { session } from "@/lib/session";
import { say } from "@/lib/toasts";
import { useStore } from "@/lib/use-store";
import classes from "./account-menu.module.css";

const SCHEMES: MantineColorScheme[] = ["auto", "light", "dark"];

/** Who is signed in, how the app looks and speaks, and the ways out. */
export default function AccountMenu() {
  const { t, i18n } = useTranslation("common");
  const state = useStore(session.state);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const failed = (error: unknown) => void say({ tone: "bad", text: sentence(error) });
  const signOut = useMutation({ ...signingOut, onError: failed });
  const signOutEverywhere = useMutation({
    ...signingOutEverywhere,
    onError: failed,
    onSuccess: () => void say({ tone: "calm", text: t("account.signed_out_everywhere") }),
  });
  return (
    <Menu position="bottom-end" width={260} offset={6} radius="md" withinPortal={false} zIndex={210} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={44} radius="xl" aria-label={t("account.menu")} className={classes.target}>
          <PersonIcon size={24} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <span className={classes.who}>
            {t("account.signed_in_as")}
            <strong>{state.kind === "in" ? state.account.email : ""}</strong>
          </span>
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("account.appearance")}</Menu.Label>
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
        >
          {SCHEMES.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme}>
              {t(`account.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{t("account.language")}</Menu.Label>
        <Menu.RadioGroup
          value={i18n.language}
          onChange={(chosen) => void choose(chosen as Language)}
        >
          {Object.entries(LANGUAGES).map(([tag, name]) => (
            <Menu.RadioItem key={tag} value={tag} lang={tag}>
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()}>{t("account.sign_out")}</Menu.Item>
        <Menu.Item onClick={() => signOutEverywhere.mutate()}>{t("account.sign_out_everywhere")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
