import { useState } from "react";
import { useTranslation } from "react-i18next";
import { PhotoIcon } from "@/components/ui/icons";
import type { Upload } from "@/features/uploads/upload";
import { byWidth } from "@/features/images/measures";
import classes from "./preview.module.css";

/** The file itself under the safelight, until it is developed. What a browser can't show gets a quiet place. */
export function Preview({ upload }: { upload: Upload }) {
  const { t } = useTranslation("uploads");
  const [broken, setBroken] = useState<string | null>(null);
  const developed = upload.phase === "ready" && upload.image ? byWidth(upload.image)[0]?.url : undefined;
  const address = upload.preview !== null && upload.preview !== broken ? upload.preview : developed;
  return (
    <div className={classes.preview} data-phase={upload.phase}>
      {address === undefined ? (
        <span className={classes.none} title={t("no_preview")}>
          <PhotoIcon size={28} />
        </span>
      ) : (
        <img src={address} alt="" decoding="async" onError={() => setBroken(address)} />
      )}
    </div>
  );
}
