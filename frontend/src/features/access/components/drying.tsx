import { useTranslation } from "react-i18next";
import classes from "./drying.module.css";

/** Three prints drying on a line under the safelight. Drawn, so that it weighs nothing. */
export function Drying() {
  const { t } = useTranslation("access");
  return (
    <div className={classes.room}>
      <svg
        className={classes.picture}
        viewBox="83 0 640 780"
        preserveAspectRatio="xMidYMin slice"
        role="img"
        aria-label={t("picture")}
      >
        <defs>
          <radialGradient id="lamp" cx="50%" cy="0%" r="85%">
            <stop offset="0" stopColor="#ff6a2b" stopOpacity="0.62" />
            <stop offset="0.4" stopColor="#a3300f" stopOpacity="0.3" />
            <stop offset="1" stopColor="#1a0d09" stopOpacity="0" />
          </radialGradient>
          <linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#57231a" />
            <stop offset="0.55" stopColor="#c6572c" />
            <stop offset="1" stopColor="#f0a268" />
          </linearGradient>
          <linearGradient id="sea" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#e58a54" />
            <stop offset="0.5" stopColor="#a84924" />
            <stop offset="0.5" stopColor="#6d2b18" />
            <stop offset="1" stopColor="#3a1710" />
          </linearGradient>
          <linearGradient id="paper" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#f2b48a" />
            <stop offset="1" stopColor="#d5845a" />
          </linearGradient>
          <linearGradient id="bench" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#2a130c" />
            <stop offset="1" stopColor="#100706" />
          </linearGradient>
          <linearGradient id="bath" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="#8f3114" />
            <stop offset="1" stopColor="#5a1d0d" />
          </linearGradient>
        </defs>

        <rect width="800" height="780" fill="#1a0f0b" />
        <rect width="800" height="640" fill="url(#lamp)" />

        <path d="M-20 118C200 168 600 168 820 118" fill="none" stroke="#e9a57d" strokeOpacity="0.55" strokeWidth="1.5" />

        <g className={classes.print} data-slow="1">
          <rect x="118" y="150" width="164" height="212" rx="2" fill="url(#paper)" />
          <rect x="130" y="162" width="140" height="168" fill="url(#dusk)" />
          <circle cx="226" cy="246" r="19" fill="#ffd9ae" fillOpacity="0.92" />
          <path d="M130 290l38-44 26 27 22-21 54 54v24H130z" fill="#3d170e" />
          <path d="M130 312l48-26 40 22 52-14v36H130z" fill="#260d08" />
          <rect x="194" y="134" width="10" height="28" rx="3" fill="#b5714c" />
        </g>

        <g className={classes.print} data-slow="2">
          <rect x="308" y="164" width="192" height="246" rx="2" fill="url(#paper)" />
          <rect x="322" y="178" width="164" height="198" fill="url(#sea)" />
          <circle cx="404" cy="270" r="32" fill="#ffce9c" fillOpacity="0.95" />
          <rect x="322" y="277" width="164" height="99" fill="#57210f" fillOpacity="0.72" />
          <path
            d="M372 288h64M380 300h50M366 314h70M388 330h40M376 348h58"
            stroke="#ffc794"
            strokeOpacity="0.6"
            strokeWidth="2.5"
            strokeLinecap="round"
          />
          <rect x="399" y="148" width="10" height="28" rx="3" fill="#b5714c" />
        </g>

        <g className={classes.print} data-slow="3">
          <rect x="530" y="150" width="158" height="204" rx="2" fill="url(#paper)" />
          <rect x="542" y="162" width="134" height="160" fill="#7c3219" />
          <path d="M542 322V248c18-8 36-2 48 12s24 8 34-6 30-22 52-16v84z" fill="#45190e" />
          <path d="M609 322c-4-40-2-66 0-96" stroke="#1f0a06" strokeWidth="4" strokeLinecap="round" />
          <circle cx="609" cy="216" r="30" fill="#2a0e08" />
          <circle cx="590" cy="232" r="18" fill="#2a0e08" />
          <circle cx="630" cy="230" r="20" fill="#2a0e08" />
          <rect x="604" y="134" width="10" height="28" rx="3" fill="#b5714c" />
        </g>

        <rect y="584" width="800" height="196" fill="url(#bench)" />
        <g>
          <path d="M196 596H610l38 112H158z" fill="#6a2411" />
          <path d="M212 608H594l29 84H183z" fill="url(#bath)" />
          <g className={classes.developing}>
            <path d="M330 622H492l14 58H312z" fill="#d98a60" />
            <path d="M341 629H481l8 38H329z" fill="#6d2a16" />
            <path d="M329 667l36-22 26 12 34-20 62 24 2 6z" fill="#33120a" />
            <ellipse cx="450" cy="641" rx="11" ry="4.5" fill="#ffd2a4" />
          </g>
          <path
            d="M236 630c24 6 48-6 72 0M520 662c20 5 40-5 60 0M226 668c18 5 36-5 54 0"
            fill="none"
            stroke="#f0a274"
            strokeOpacity="0.35"
            strokeWidth="1.5"
            strokeLinecap="round"
          />
        </g>
      </svg>
    </div>
  );
}
