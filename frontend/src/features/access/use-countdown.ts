import { useEffect, useState } from "react";

/** Count down the seconds of a wait that an error asked for; 0 where there is none, or it is over. */
export function useCountdown(error: unknown, seconds: number | undefined): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (error === null || seconds === undefined) {
      setLeft(0);
      return;
    }
    const end = Date.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [error, seconds]);
  return left;
}
