#!/usr/bin/env bash
# A browser and a Chinese font for the browser tests: installed when missing and allowed, else the one command is named.
set -eu
browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
font() { find /usr/share/fonts /usr/local/share/fonts -iname '*CJK*' -print -quit 2>/dev/null | grep -q .; }

if browser >/dev/null && font; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "[browser] 安装 chromium 和 fonts-noto-cjk"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk </dev/null >/dev/null
else
	echo "浏览器测试需要 Chromium 和中文字体，请先运行：sudo apt-get install -y chromium fonts-noto-cjk" >&2
	exit 1
fi
