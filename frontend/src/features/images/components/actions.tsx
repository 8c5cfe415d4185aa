import { Button, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DownloadIcon, TrashIcon } from "@/components/ui/icons";
import { downloadOriginal, downloadVariant } from "@/features/images/download";
import { largest, nameOf } from "@/features/images/measures";
import { useDeleting } from "@/features/images/use-deleting";
import { formatBytes } from "@/lib/format";
import { sentence } from "@/lib/sentences";
import { say } from "@/lib/toasts";
import type { ImageView } from "@/lib/wire/api";
import classes from "./actions.module.css";

/** Take an image home, or throw it away. */
export function Actions({ image }: { image: ImageView }) {
  const { t, i18n } = useTranslation("images");
  const navigate = useNavigate();
  const remove = useDeleting();
  const [fetching, setFetching] = useState(false);
  const full = largest(image);
  const size = (bytes: number) => formatBytes(bytes, i18n.language);

  const fetched = async (download: () => Promise<void>) => {
    setFetching(true);
    try {
      await download();
    } catch (error) {
      say({ tone: "bad", text: t("download.failed", { reason: sentence(error) }) });
    } finally {
      setFetching(false);
    }
  };
  return (
    <div className={classes.actions}>
      {full ? (
        <Menu position="bottom-start" width={240} radius="md" withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <Button loading={fetching} leftSection={<DownloadIcon />}>
              {t("download.label")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void fetched(() => downloadOriginal(image))}>
              <Choice
                name={t("download.original")}
                text={t("download.original_text", {
                  kind: image.content_type.replace("image/", "").toUpperCase(),
                  size: size(image.bytes),
                })}
              />
            </Menu.Item>
            <Menu.Item onClick={() => void fetched(() => downloadVariant(image, full))}>
              <Choice
                name={t("download.webp")}
                text={t("download.webp_text", { width: full.width, height: full.height, size: size(full.bytes) })}
              />
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
      <Button
        variant="default"
        leftSection={<TrashIcon />}
        onClick={() => {
          remove(image);
          void navigate({ to: "/" });
        }}
      >
        {t("delete.label")}
        <span className="visually-hidden"> {nameOf(image)}</span>
      </Button>
    </div>
  );
}

function Choice({ name, text }: { name: string; text: string }) {
  return (
    <span className={classes.choice}>
      <strong>{name}</strong>
      <span>{text}</span>
    </span>
  );
}
