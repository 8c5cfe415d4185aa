import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

/** A password that can be looked at. */
export function PasswordField(props: PasswordInputProps) {
  const { t } = useTranslation("access");
  const [visible, setVisible] = useState(false);
  return (
    <PasswordInput
      size="md"
      visible={visible}
      onVisibilityChange={setVisible}
      visibilityToggleButtonProps={{
        "aria-label": visible ? t("hide_password") : t("show_password"),
        "aria-hidden": false,
        tabIndex: 0,
      }}
      {...props}
    />
  );
}
