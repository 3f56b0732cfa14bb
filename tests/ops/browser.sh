#!/usr/bin/env bash
# A browser, a Chinese font and an office program for the tests: installed when missing and allowed, else the one command is named.
set -eu
browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
font() { find /usr/share/fonts /usr/local/share/fonts -iname '*CJK*' -print -quit 2>/dev/null | grep -q .; }
office() { command -v soffice; }
WANTED="chromium fonts-noto-cjk libreoffice-writer-nogui libreoffice-calc-nogui"

if browser >/dev/null && font && office >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "[browser] 安装 $WANTED"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086
	apt-get install -y -qq --no-install-recommends $WANTED </dev/null >/dev/null
else
	echo "测试需要 Chromium、中文字体和 LibreOffice（打开公文看一遍），请先运行：sudo apt-get install -y --no-install-recommends $WANTED" >&2
	exit 1
fi
