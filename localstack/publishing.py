"""`make publish-web`: builds the web app and puts it into the bucket of a stack that `sam deploy` made on AWS."""

import subprocess

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from localstack import web
from localstack.building import DIST
from localstack.deploy import STACK
from localstack.home import CHECKOUT
from localstack.trouble import Trouble


def run() -> None:
    """Publish to the account that the AWS variables of the environment stand for."""
    built = subprocess.run(["/bin/sh", str(CHECKOUT / "localstack/web.sh")], check=False)
    if built.returncode:
        raise Trouble("The web app was not built, so nothing was published: the lines above say why.")
    try:
        (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
        told = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        chosen = {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
        config = {
            "sockets": chosen.get("PublicSocketsUrl") or told.get("SocketsAddress"),
            "mostUploadBytes": int(chosen["MostUploadBytes"]),
        }
        web.publish(boto3.client("s3"), told["WebBucket"], DIST, config)
    except (ClientError, BotoCoreError) as error:
        raise Trouble(f"AWS refuses: {str(error).rstrip('.')}. Check the credentials and DARKROOM_STACK.") from error
    print(f"The web app is at {told['WebUrl']}.")
