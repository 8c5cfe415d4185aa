/** The two pages at the door, in one file: who is at one of them is one click from the other. */
export { RegisterPage } from "./register-page";
export { SignInPage } from "./sign-in-page";
