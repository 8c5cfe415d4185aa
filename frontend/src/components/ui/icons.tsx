import type { ReactNode } from "react";

/** Line drawings of one weight. They say nothing by themselves: the control that holds one has the name. */
function Icon({ children, size = 20 }: { children: ReactNode; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

interface Props {
  size?: number;
}

export const PersonIcon = (props: Props) => (
  <Icon {...props}>
    <circle cx="12" cy="8.5" r="3.75" />
    <path d="M4.75 19.5c1.2-3.2 4-4.75 7.25-4.75s6.05 1.55 7.25 4.75" />
  </Icon>
);

export const PlusIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const MinusIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M5 12h14" />
  </Icon>
);

export const FitIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15" />
  </Icon>
);

export const CloseIcon = (props: Props) => (
  <Icon {...props}>
    <path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />
  </Icon>
);

export const CheckIcon = (props: Props) => (
  <Icon {...props}>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const RetryIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M19.5 12a7.5 7.5 0 1 1-2.4-5.5M19.5 4v4.25h-4.25" />
  </Icon>
);

export const BackIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M19 12H5.5M11 6l-6 6 6 6" />
  </Icon>
);

export const DownloadIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M12 4.5v10.5M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14" />
  </Icon>
);

export const TrashIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M5 7h14M10 7V5h4v2M7 7l.75 12h8.5L17 7M10.5 10.5v5M13.5 10.5v5" />
  </Icon>
);

export const LinkIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M10 14a4 4 0 0 0 5.7.3l2.6-2.6a4 4 0 0 0-5.7-5.7l-1.4 1.4M14 10a4 4 0 0 0-5.7-.3l-2.6 2.6a4 4 0 0 0 5.7 5.7l1.4-1.4" />
  </Icon>
);

export const PhotoIcon = (props: Props) => (
  <Icon {...props}>
    <rect x="4" y="4.5" width="16" height="15" rx="2" />
    <path d="m4.5 16 4.2-4.2a1.5 1.5 0 0 1 2.1 0l4.7 4.7M14 15l1.4-1.4a1.5 1.5 0 0 1 2.1 0l2.2 2.2" />
    <circle cx="15" cy="9" r="1.25" />
  </Icon>
);

export const AlertIcon = (props: Props) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.25" />
    <path d="M12 8v4.5M12 15.75v.01" />
  </Icon>
);

export const CloudOffIcon = (props: Props) => (
  <Icon {...props}>
    <path d="M4 4l16 16M9.3 6.6A5.5 5.5 0 0 1 17 10.6a4 4 0 0 1 2.6 6.6M15.5 18.5H7.5a4.5 4.5 0 0 1-.9-8.9" />
  </Icon>
);
